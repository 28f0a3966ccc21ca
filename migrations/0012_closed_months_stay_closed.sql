-- What was reported on a closed month must stay what the book says: it is never opened again, and its row stays.
CREATE TRIGGER accounting_period_stays_closed BEFORE UPDATE ON accounting_period
WHEN OLD.status = 'closed' AND (NEW.status <> 'closed' OR NEW.period <> OLD.period)
BEGIN
  SELECT RAISE(ABORT, 'a closed accounting period is never opened again');
END;
--> statement-breakpoint
CREATE TRIGGER accounting_period_never_deleted BEFORE DELETE ON accounting_period
BEGIN
  SELECT RAISE(ABORT, 'accounting periods are never deleted');
END;
