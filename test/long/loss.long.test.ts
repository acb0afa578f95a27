import { describeBusyFailover } from '../e2e/support/busy-failover.js'

/** `npm run soak:loss -- --minutes N` */
const MINUTES = Number(process.env.MONTANA_LOSS_MINUTES ?? 10)

// Who asks for it is told what is missing: a run that was skipped is none.
describeBusyFailover(MINUTES * 60_000, { isRequired: true })
