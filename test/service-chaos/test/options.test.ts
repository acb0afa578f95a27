import { UsageError } from '@montana/foundation'
import { readOptions } from '@montana/service-chaos'
import { describe, expect, it } from 'vitest'

describe('the options of the trials', () => {
  it('are fifty trials of everything where nothing is said', () => {
    const { scenarios, dead, trials, seed } = readOptions(['--all'])
    expect({ scenarios, dead, trials, seed }).toEqual({
      ...{ scenarios: ['kill', 'freeze', 'cut'], dead: [1, 2, 3, 4] },
      ...{ trials: 50, seed: 1 },
    })
  })

  it('name one scenario, or some', () => {
    expect(readOptions(['--scenario', 'cut', '--dead', '1,4'])).toMatchObject({ scenarios: ['cut'], dead: [1, 4] })
  })

  it.each([
    ['--scenario', 'burn'],
    ['--dead', '5'],
    ['--trials', '0'],
    ['--groups', '17'],
    ['--seed', '-1'],
    ['--deaths', '1'],
    ['--all', '--scenario', 'kill'],
  ])('refuse %s %s', (...args) => {
    expect(() => readOptions(args)).toThrow(UsageError)
  })
})
