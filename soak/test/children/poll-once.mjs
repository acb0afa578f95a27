// One poll; prints its sequence number or the code of its error.
import { createPoller } from '@montana/soak'

const [path, statusUrl] = process.argv.slice(2)
const poller = createPoller({ path, nodes: [{ label: 'moscow', statusUrl }] })
process.stdout.write(
  await poller.poll().then(
    ({ seq }) => String(seq),
    ({ code }) => code,
  ),
)
