import { rulesetOf } from '@montana/netns'
import { describe, expect, it } from 'vitest'

const OPEN = { dropFrom: [], lossPercent: 0, kibPerSecond: undefined }

describe('rulesetOf', () => {
  it('removes everything where nothing is wrong', () => {
    expect(rulesetOf(OPEN)).toBe('flush ruleset')
  })

  it('says all of it at once, whatever the order', () => {
    const ruleset = rulesetOf({ dropFrom: ['10.77.0.3', '10.77.0.2'], lossPercent: 5, kibPerSecond: 64 })
    expect(ruleset.split('\n').map((line) => line.trim())).toEqual([
      'flush ruleset',
      'table ip trial {',
      'chain input {',
      'type filter hook input priority 0;',
      'ip saddr { 10.77.0.2, 10.77.0.3 } drop',
      'iif eth0 numgen random mod 100 < 5 drop',
      'iif eth0 limit rate over 64 kbytes/second burst 64 kbytes drop',
      '}',
      '}',
    ])
  })
})
