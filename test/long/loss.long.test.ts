import { describeBusyFailover } from '../e2e/support/busy-failover.js'

/** `npm run soak:loss -- --minutes N` */
const MINUTES = Number(process.env.MONTANA_LOSS_MINUTES ?? 10)

describeBusyFailover(MINUTES * 60_000)
