import { TextField } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";

/** A second person does not agree with a proposal, and says why. */
export function RejectForm({ id, proposalId, state, commandId }: { id: string; proposalId: string; state: Parameters<typeof FormFrame>[0]["state"]; commandId: string }) {
  return (
    <FormFrame id={id} state={state} commandId={commandId}>
      <input type="hidden" name="proposalId" value={proposalId} readOnly />
      <input type="hidden" name="action" value="reject" readOnly />
      <TextField name="reason" label="Why not" maxLength={500} autoComplete="off" />
      <Submit kind="secondary">Reject</Submit>
    </FormFrame>
  );
}
