import { expect, it } from 'vitest'
import { RoleWorld } from '../support/role-world.js'

async function gates(world: RoleWorld) {
  return (await (await world.fence()).read(world.signal))?.record.gates
}

it('a primary that asks the guard keeps its gates at the fence, for whoever is promoted', async () => {
  const world = await RoleWorld.open()
  world.primary.repository.setVariable('ADAPTER_MOCK_MODE', 'off')
  expect(await world.tick(world.primary)).toBe(true)
  expect(await gates(world)).toEqual({ ADAPTER_MOCK_MODE: 'off' })
  expect(await world.tick(world.replica)).toBe(false)
  expect(await gates(world)).toEqual({ ADAPTER_MOCK_MODE: 'off' })
})
