-- Somebody must be able to let people in: the last active administrator is neither deactivated nor given another role.
CREATE TRIGGER auth_user_last_administrator BEFORE UPDATE OF role, deactivated_at ON auth_user
WHEN OLD.role = 'admin' AND OLD.deactivated_at IS NULL AND (NEW.role <> 'admin' OR NEW.deactivated_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'the last administrator stays')
  WHERE NOT EXISTS (SELECT 1 FROM auth_user WHERE role <> 'customer' AND role = 'admin' AND deactivated_at IS NULL AND id <> OLD.id);
END;
