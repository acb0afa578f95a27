// Polls one node as fast as it can; prints the sequence number of each record once it is durable.
import { createPoller } from '@montana/soak'

const [path, statusUrl] = process.argv.slice(2)
const poller = createPoller({ path, nodes: [{ label: 'moscow', statusUrl }] })
for (;;) process.stdout.write(`${(await poller.poll()).seq}\n`)
