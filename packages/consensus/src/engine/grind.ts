import type { Run } from './run.js'

/** Starts the clock of head + 1; whatever was being ground before is given up (spec protocol 3.3). */
export function grindNext(run: Run): void {
  const { context } = run.state.chain
  run.update({ grindStartedMs: run.nowMs })
  run.emit({ type: 'grind', window: context.window + 1, previous: context.timechainValue, d: context.nextD })
}
