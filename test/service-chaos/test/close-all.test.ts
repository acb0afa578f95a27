import { closeAll } from '@montana/service-chaos'
import { expect, it } from 'vitest'

it('closes everything, whatever cannot be closed, and says why not', async () => {
  const closed: string[] = []
  const broken = async () => {
    throw new Error('still mounted')
  }
  await expect(closeAll([() => closed.push('gauge'), broken, () => closed.push('disk')])).rejects.toThrow(
    'still mounted',
  )
  expect(closed).toEqual(['gauge', 'disk'])
})
