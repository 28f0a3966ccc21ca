-- What the database refuses by itself, whoever writes. Triggers are the last line; the commit asserts the same before.
CREATE TRIGGER event_never_updated BEFORE UPDATE ON event
BEGIN
  SELECT RAISE(ABORT, 'events are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER event_never_deleted BEFORE DELETE ON event
BEGIN
  SELECT RAISE(ABORT, 'events are never changed');
END;
--> statement-breakpoint
-- No gap and no fork: an event names the hash of the one before it in its stream.
CREATE TRIGGER event_follows_its_head BEFORE INSERT ON event
WHEN NEW.seq > 1 OR NEW.prev_hash <> ''
BEGIN
  SELECT RAISE(ABORT, 'event does not follow the head of its stream')
  WHERE NOT EXISTS (SELECT 1 FROM event WHERE stream = NEW.stream AND seq = NEW.seq - 1 AND hash = NEW.prev_hash);
END;
--> statement-breakpoint
CREATE TRIGGER ledger_entry_never_updated BEFORE UPDATE ON ledger_entry
BEGIN
  SELECT RAISE(ABORT, 'ledger entries are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER ledger_entry_never_deleted BEFORE DELETE ON ledger_entry
BEGIN
  SELECT RAISE(ABORT, 'ledger entries are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER ledger_entry_period_open BEFORE INSERT ON ledger_entry
BEGIN
  SELECT RAISE(ABORT, 'accounting period is closed')
  WHERE EXISTS (SELECT 1 FROM accounting_period WHERE period = substr(NEW.accounting_on, 1, 7) AND status = 'closed');
END;
--> statement-breakpoint
CREATE TRIGGER command_never_updated BEFORE UPDATE ON command
BEGIN
  SELECT RAISE(ABORT, 'commands are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER command_never_deleted BEFORE DELETE ON command
BEGIN
  SELECT RAISE(ABORT, 'commands are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER batch_never_updated BEFORE UPDATE ON batch
BEGIN
  SELECT RAISE(ABORT, 'batches are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER batch_never_deleted BEFORE DELETE ON batch
BEGIN
  SELECT RAISE(ABORT, 'batches are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER register_read_never_updated BEFORE UPDATE ON register_read
BEGIN
  SELECT RAISE(ABORT, 'reads are never changed, only versioned');
END;
--> statement-breakpoint
CREATE TRIGGER register_read_never_deleted BEFORE DELETE ON register_read
BEGIN
  SELECT RAISE(ABORT, 'reads are never changed, only versioned');
END;
--> statement-breakpoint
CREATE TRIGGER interval_revision_never_updated BEFORE UPDATE ON interval_revision
BEGIN
  SELECT RAISE(ABORT, 'revisions are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER interval_revision_never_deleted BEFORE DELETE ON interval_revision
BEGIN
  SELECT RAISE(ABORT, 'revisions are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER bill_line_never_updated BEFORE UPDATE ON bill_line
BEGIN
  SELECT RAISE(ABORT, 'bill lines are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER bill_line_never_deleted BEFORE DELETE ON bill_line
BEGIN
  SELECT RAISE(ABORT, 'bill lines are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER bill_segment_never_updated BEFORE UPDATE ON bill_segment
BEGIN
  SELECT RAISE(ABORT, 'bill segments are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER bill_segment_never_deleted BEFORE DELETE ON bill_segment
BEGIN
  SELECT RAISE(ABORT, 'bill segments are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER payment_never_updated BEFORE UPDATE ON payment
BEGIN
  SELECT RAISE(ABORT, 'payments are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER payment_never_deleted BEFORE DELETE ON payment
BEGIN
  SELECT RAISE(ABORT, 'payments are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER interval_day_never_deleted BEFORE DELETE ON interval_day
BEGIN
  SELECT RAISE(ABORT, 'reads are never deleted');
END;
--> statement-breakpoint
CREATE TRIGGER interval_day_version_by_one BEFORE UPDATE ON interval_day
WHEN NEW.version <> OLD.version + 1
BEGIN
  SELECT RAISE(ABORT, 'the day has changed since it was read');
END;
--> statement-breakpoint
CREATE TRIGGER bill_frozen BEFORE UPDATE OF id, account_id, seq, number, issued_on, due_on, charges, balance, snapshot, snapshot_hash ON bill
BEGIN
  SELECT RAISE(ABORT, 'bills are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER bill_never_deleted BEFORE DELETE ON bill
BEGIN
  SELECT RAISE(ABORT, 'bills are never deleted');
END;
--> statement-breakpoint
CREATE TRIGGER rate_version_frozen BEFORE UPDATE OF document, document_hash, effective_on ON rate_version
WHEN OLD.status = 'published'
BEGIN
  SELECT RAISE(ABORT, 'a published rate version is never changed');
END;
--> statement-breakpoint
-- A batch states what must hold; when it does not, the whole batch goes.
CREATE TRIGGER commit_guard_holds BEFORE INSERT ON commit_guard
BEGIN
  SELECT RAISE(ABORT, 'guard: inputs changed') WHERE NEW.holds = 0;
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
-- Search by anything: one row a thing that can be found, prefix-indexed.
CREATE VIRTUAL TABLE search_entry USING fts5(kind UNINDEXED, id UNINDEXED, account_id UNINDEXED, title, body, prefix='2 3 4', tokenize='unicode61 remove_diacritics 2');
