import { LAYER_ORDER } from '@montana/mirror'
import { expect, it } from 'vitest'
import { LAYERS } from '../../packages/console/page/src/integrations/types.js'

// Its types are held to those of the mirror in support/page-types.ts, when that is compiled.
it('knows, as the page of mirrors, the layers that a mirror has', () => {
  expect([...LAYERS].sort()).toEqual([...LAYER_ORDER].sort())
})
