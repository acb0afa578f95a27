import { describe, expect, it } from 'vitest'
import { earlyEndWarnings, endsLeasesEarly } from '../../src/coordinator/etcd/releases.js'

describe('a release of etcd that may end a lease early', () => {
  it.each(['3.3.27', '3.4.0', '3.4.23', '3.4.30', '3.5.0', '3.5.12', '3.5.12-debian'])('is %s', (version) => {
    expect(endsLeasesEarly(version)).toBe(true)
  })

  it.each(['3.4.31', '3.4.40', '3.5.13', '3.5.13-rc.0', '3.6.0', '3.7.1', '4.0.0', '', 'unknown'])(
    'is not %s',
    (version) => expect(endsLeasesEarly(version)).toBe(false),
  )

  it('is named once, with what to use instead', () => {
    expect(earlyEndWarnings(['3.5.13', '3.6.1'])).toEqual([])
    expect(earlyEndWarnings(['3.5.4', '3.4.23', '3.4.23'])).toEqual([
      'etcd 3.4.23 and etcd 3.5.4 may end a lease early after its leader hung (etcd-io/etcd#15247): use 3.4.31, 3.5.13, 3.6 or later',
    ])
  })
})
