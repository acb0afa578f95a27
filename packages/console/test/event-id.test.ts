import { expect, it } from 'vitest'
import { eventId, seenBy } from '../src/events/event-id.js'

const RUN = '0123abcd'

it('names what a reader has, for the process that wrote it alone', () => {
  expect(seenBy(RUN, 9, eventId(RUN, 7))).toBe(7)
  expect(seenBy('ffffffff', 9, eventId(RUN, 7))).toBe(0)
})

it('knows nothing of what it has never sent, and of what is no id', () => {
  const ids = [eventId(RUN, 10), `${RUN}-`, `${RUN}-1 `, `${RUN}-1e1`, '', undefined]
  expect(ids.map((id) => seenBy(RUN, 9, id))).toEqual(ids.map(() => 0))
})
