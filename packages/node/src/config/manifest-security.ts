import { ConfigError } from '@montana/foundation'
import { type Manifest, manifestMembers, type SecurityOptions } from '@montana/network'

/** As `checkSecurity`, for the peers whose manifest entry asks for hybrid: they would never be spoken to. */
export function checkManifestSecurity(offers: SecurityOptions['offers'], manifest: Manifest): void {
  if (offers.includes('hybrid')) return
  const labels = manifestMembers(manifest).flatMap(({ security, label }) => (security === 'hybrid' ? [label] : []))
  if (labels.length === 0) return
  const message = `the manifest asks for the hybrid profile with ${labels.join(', ')}, transportSecurity does not offer it`
  const remedy = 'offer hybrid in transportSecurity, or leave "security" out of these manifest entries'
  throw new ConfigError(message, { field: 'transportSecurity', remedy })
}
