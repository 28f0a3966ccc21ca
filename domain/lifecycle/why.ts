/**
 * Why something was done to an account. The product says it in words of its own (`reason`). What a person wrote is kept beside
 * the log and only referred to (`reasonRef`), so that it can be erased and the chain holds. Events of before that have a
 * person's words in `reason`; they fold and verify as they are.
 */
export interface Why {
  readonly reason: string;
  readonly reasonRef?: string;
}

export const isSaid = ({ reason, reasonRef }: Why): boolean => reasonRef !== undefined || reason.trim() !== "";

/** The reason alone, of something that has more. */
export const whyOf = ({ reason, reasonRef }: Why): Why => (reasonRef === undefined ? { reason } : { reason, reasonRef });
