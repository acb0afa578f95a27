/** The genesis cohort; the first is the bootstrap operator. */
export const COHORT = ['moscow', 'frankfurt', 'helsinki'] as const
/** Outside the genesis: follows as an observer. */
export const OBSERVER = 'armenia'
export const LABELS = [...COHORT, OBSERVER] as const
export type Label = (typeof LABELS)[number]
