import type { Nemesis } from './nemesis.js'

/** kill -9, as a power cut would, and a start after a while. */
export const kill: Nemesis = (world, fault) => down(world, fault, 'SIGKILL')

/** An orderly end, and a start after a while. */
export const restart: Nemesis = (world, fault) => down(world, fault, 'SIGTERM')

async function down(
  { nodeOf, reach }: Parameters<Nemesis>[0],
  { targets }: Parameters<Nemesis>[1],
  signal: 'SIGKILL' | 'SIGTERM',
) {
  const nodes = targets.map((label) => nodeOf(label))
  await Promise.all(nodes.map((node) => node.end(signal)))
  for (const { label } of nodes) reach.leave(label)
  return () => {
    for (const node of nodes) {
      reach.come(node.label)
      node.start()
    }
  }
}
