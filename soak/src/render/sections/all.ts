import type { Report } from '../../report/schema.js'
import type { Section } from '../document.js'
import type { RenderOptions } from '../options.js'
import { convergenceSection } from './convergence.js'
import { errorsSection } from './errors.js'
import { findingsSection } from './findings.js'
import { heartbeatsSection } from './heartbeats.js'
import { inputsSection } from './inputs.js'
import { reproductionSection } from './reproduction.js'
import { resourcesSection } from './resources.js'
import { soakSection } from './soak.js'
import { stateSection } from './state.js'
import { verdictSection } from './verdict.js'

/** Sections 0 to 9: spec operations 7.2. */
export function allSections(report: Report, options: RenderOptions): Section[] {
  return [
    inputsSection(report),
    stateSection(report),
    heartbeatsSection(report),
    convergenceSection(report),
    resourcesSection(report),
    errorsSection(report),
    soakSection(report),
    verdictSection(report),
    findingsSection(report),
    reproductionSection(report, options),
  ]
}
