CREATE INDEX orders_note_number ON orders ((note::integer)) WHERE note <> 'gift';
