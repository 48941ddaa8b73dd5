-- Nothing; to do.
/* at all; */ ;;
SELECT 1;
