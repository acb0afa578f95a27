import type { Nemesis } from './nemesis.js'

/** SIGSTOP, and SIGCONT after a while: its connections stay, and nobody answers. */
export const freeze: Nemesis = ({ nodeOf, reach }, { targets }) => {
  const nodes = targets.map((label) => nodeOf(label))
  for (const node of nodes) {
    node.signal('SIGSTOP')
    reach.leave(node.label)
  }
  return () => {
    for (const node of nodes) {
      reach.come(node.label)
      node.signal('SIGCONT')
    }
  }
}
