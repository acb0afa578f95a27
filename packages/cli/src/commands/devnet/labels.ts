/** The genesis cohort; the first is the bootstrap operator. */
export const COHORT = ['moscow', 'frankfurt', 'helsinki'] as const
/** Outside the genesis: follows as an observer. */
export const OBSERVER = 'armenia'
export const LABELS = [...COHORT, OBSERVER] as const
export type Label = (typeof LABELS)[number]

/** Not started with the others: a node that joins a running network. The closed mesh admits who is in the manifest only. */
export const LATE = 'late'

/** Whether one of the nodes that start together is called so. */
export function isTaken(label: string): boolean {
  return LABELS.some((taken) => taken === label)
}
