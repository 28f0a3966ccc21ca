/** What a new password must be. */

/** Long enough to need no rules about signs and digits (NIST SP 800-63B). */
export const PASSWORD_MIN = 12;
/** Hashing takes its time by length as well; nobody types more. */
export const PASSWORD_MAX = 128;
/** `aaaaaaaaaaaa` and `121212121212` are long and no secret. */
const DISTINCT_MIN = 5;

/** What is wrong with a new password, or null. */
export function passwordProblem(password: string, email: string): "short" | "long" | "simple" | null {
  const length = [...password].length;
  if (length < PASSWORD_MIN) return "short";
  if (length > PASSWORD_MAX) return "long";
  const plain = password.toLowerCase();
  if (new Set(plain).size < DISTINCT_MIN || plain === email.trim().toLowerCase()) return "simple";
  return null;
}
