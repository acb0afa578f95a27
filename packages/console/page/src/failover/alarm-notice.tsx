import type { FailoverView } from '../../../src/api/failover-views.js'
import { usePolled } from '../data/hooks.js'
import { Mark } from '../parts/mark.js'
import { alarmOf } from './verdict-words.js'

const ASK_EVERY_MS = 3_000

/** An alarm of a failover group, above whatever tab is looked at. */
export function AlarmNotice() {
  const { data } = usePolled<FailoverView>('/api/failover', ASK_EVERY_MS)
  const alarm = data && alarmOf(data)
  return (
    <div role="alert">
      {alarm && (
        <p class="notice notice-alarm" data-alarm>
          <Mark tone="bad">Failover: {alarm}</Mark> <a href="#failover">See what to do</a>
        </p>
      )}
    </div>
  )
}
