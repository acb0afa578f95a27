export type { FenceSight, TargetFacts, TargetObservation, ViewParts } from './parts.js'
export type {
  ActionName,
  ActionView,
  CodeView,
  FenceView,
  MirrorsView,
  NamesView,
  SelfView,
  SentinelView,
  TargetDetail,
  TargetHealth,
  TargetView,
  WorkflowsView,
  Writer,
} from './types.js'
export { detailOf, viewOf } from './view.js'
