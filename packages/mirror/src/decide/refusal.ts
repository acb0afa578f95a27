/** Why a rule says no; `FENCED`, `EPOCH_LOST`, `BUSY` and `PRECONDITION` are codes of errors too. */
export type RefusalCode = 'INERT' | 'FENCED' | 'PERMIT_OVER' | 'EPOCH_LOST' | 'BUSY' | 'PRECONDITION' | 'PAUSED'

export interface Refusal {
  readonly code: RefusalCode
  readonly reason: string
}
