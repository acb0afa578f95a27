import { readOptions } from '@montana/chaos'
import { describe, expect, it } from 'vitest'

describe('readOptions', () => {
  it('leaves partitions and kinds to the plan', () => {
    expect(readOptions([])).toMatchObject({ minutes: 5, seed: 1, kinds: undefined, partitionSeconds: undefined })
  })

  it('takes how long partitions last, and the only kinds', () => {
    const options = readOptions(['--partition-seconds', '60', '--kinds', 'ring,isolated,ring'])
    expect(options).toMatchObject({ partitionSeconds: 60, kinds: ['ring', 'isolated'] })
  })

  it.each(['0', '3601', '-5', '9.5', 'many', ''])("refuses '%s' seconds", (text) => {
    expect(() => readOptions([`--partition-seconds=${text}`])).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        field: 'partition-seconds',
        message: `--partition-seconds '${text}' is not a whole number`,
        remedy: 'give a number from 1 to 3600',
      }),
    )
  })

  it.each(['rings', '', 'ring,', 'ring halves'])("refuses '%s' as kinds", (text) => {
    expect(() => readOptions([`--kinds=${text}`])).toThrow(expect.objectContaining({ code: 'USAGE', field: 'kinds' }))
  })
})
