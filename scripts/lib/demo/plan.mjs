// What is planted, and when. Windows take about two seconds; the external operator is a member from window 12 on.

/** Nodes of a devnet. */
export const LABELS = ['moscow', 'frankfurt', 'helsinki', 'armenia']

/** Kind and place of each fault, and how long it lasts, s: three polls and a probe at least, so that a rule must see it. */
const FAULTS = [
  ['kill:frankfurt', 8],
  ['pause:helsinki', 8],
  ['partition:moscow-armenia', 10],
  ['diskfull:frankfurt', 8],
  ['clock:armenia+30s', 8],
  ['oldbuild:helsinki', 10],
]
const FIRST_WINDOW = 15
/** Enough for one fault and what follows from it, before the next begins. */
const DISTANCE = 10

/** Windows after the last fault and what follows from it. */
const END = 3

/** Every kind that can be planted. */
export const KINDS = FAULTS.map(([fault]) => kindOf(fault))

/** The faults of these kinds, and the windows of the whole run. */
export function planFaults(kinds) {
  const planted = FAULTS.filter(([fault]) => kinds.includes(kindOf(fault)))
  const faults = planted.map(([fault, seconds], index) => `${fault}@${FIRST_WINDOW + DISTANCE * index}:${seconds}`)
  return { faults, windows: FIRST_WINDOW + DISTANCE * faults.length + END }
}

function kindOf(fault) {
  return fault.slice(0, fault.indexOf(':'))
}
