import { makeSchedule } from '@montana/service-chaos'
import { HOSTS } from '@montana/trials'
import { describe, expect, it } from 'vitest'

const INIT = { seed: 3, minutes: 10, lacks: new Map() }
const schedule = makeSchedule(INIT)
const faults = schedule.steps.flatMap((step) => step.faults)

describe('the schedule of the service plane', () => {
  it('is one for one seed, over the hosts of the group', () => {
    expect(makeSchedule(INIT)).toEqual(schedule)
    expect(makeSchedule({ ...INIT, seed: 4 })).not.toEqual(schedule)
    for (const host of faults.flatMap(({ targets }) => targets)) expect(HOSTS).toContain(host)
  })

  it('has every kind that an agent can suffer, and says what is left out', () => {
    const kinds = new Set(faults.map(({ kind }) => kind))
    expect([...kinds].sort()).toEqual([
      ...['bandwidth', 'clock', 'cpu', 'enospc', 'freeze', 'halves', 'isolated', 'kill', 'loss', 'one-way'],
      ...['restart', 'ring'],
    ])
    expect(schedule.omitted.map(({ kind }) => kind).sort()).toEqual(['delay', 'eio', 'upgrade'])
  })

  it('leaves out what the host cannot do', () => {
    const without = makeSchedule({ ...INIT, lacks: new Map([['faketime', 'it is not there']]) })
    expect(without.omitted).toContainEqual({ kind: 'clock', reason: 'it is not there' })
  })
})
