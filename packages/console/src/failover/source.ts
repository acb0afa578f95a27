/** One agent of a failover group. What it answers is checked before it is shown. */
export interface FailoverSource {
  /** Shown while it does not answer. */
  readonly label: string
  /** Body of the agent's `/status`: spec three-mirror 3.3. */
  status(signal: AbortSignal): Promise<unknown>
  /** The timeline of the group, newest last, and every time that two hosts acted at once. */
  history(limit: number, signal: AbortSignal): Promise<unknown>
  /** Rejects with an error that has a code and a remedy. */
  command(command: FailoverCommand, signal: AbortSignal): Promise<unknown>
}

/** What an operator may ask of an agent: spec three-mirror 3.2. `by` is written into its history. */
export type FailoverCommand =
  | {
      readonly kind: 'promote'
      readonly policy: string
      readonly host?: string
      readonly reason: string
      readonly by: string
      readonly isForced: boolean
    }
  | { readonly kind: 'step-down' | 'pause'; readonly forMs: number; readonly reason: string; readonly by: string }
  | { readonly kind: 'resume'; readonly reason: string; readonly by: string }
