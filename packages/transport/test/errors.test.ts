import { describe, expect, it } from 'vitest'
import { remedyOf, TransportError } from '../src/index.js'

describe('TransportError', () => {
  it.each(['HS_PEER_MISMATCH', 'HS_SELF', 'PROFILE_REFUSED'] as const)('says what can be done about %s', (code) => {
    const error = new TransportError(code, 'as it happened', { peerId: 'Qm' })
    expect(error.remedy).toBeTruthy()
    expect(error.toJSON().error).toMatchObject({ code, remedy: remedyOf(code) })
  })

  it('has no remedy for what the remote or the path did', () => {
    expect(new TransportError('FRAME_AUTH', 'altered').remedy).toBeUndefined()
    expect(remedyOf('constructor')).toBeUndefined()
  })
})
