/** Milliseconds of wall time in hexadecimal: enough until the year 10889. */
const ORDINAL_DIGITS = 12
const FORM = /^([0-9a-f]{12})-[0-9a-f]+$/

/** Lives of one host are ordered by what their names begin with. */
export function bootId(ordinal: number, unique: string): string {
  return `${Math.floor(ordinal).toString(16).padStart(ORDINAL_DIGITS, '0')}-${unique}`
}

/** Undefined for a name that has no order. */
export function bootOrdinal(id: string): number | undefined {
  const digits = FORM.exec(id)?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits, 16)
}

/** Whether `id` names a life before that of `other`; false where one of them has no order. */
export function isEarlierBoot(id: string, other: string): boolean {
  const [own, others] = [bootOrdinal(id), bootOrdinal(other)]
  return own !== undefined && others !== undefined && own < others
}
