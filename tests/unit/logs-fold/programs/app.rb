class Declined < StandardError; end

def charge(card)
  Integer(card)
rescue ArgumentError
  raise Declined, "card #{card}"
end

def checkout
  charge("x1")
end

begin
  checkout
rescue Declined => e
  warn e.full_message(highlight: false)
end
warn "going on"
begin
  nil.length
rescue NoMethodError => e
  warn e.full_message(highlight: false)
end
[1].each { checkout }
