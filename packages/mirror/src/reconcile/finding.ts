/** Something a person should know although the work went on. Names only, never values. */
export interface Finding {
  readonly code: string
  readonly message: string
  readonly remedy: string | null
}
