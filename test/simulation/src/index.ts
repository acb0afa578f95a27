export { EventQueue } from './kernel/event-queue.js'
export { drawPlan, FAULT_KINDS, type FaultKind, type Plan, type PlanOptions } from './plan/plan.js'
export { type RunOptions, type RunResult, runSeed } from './run/run-seed.js'
