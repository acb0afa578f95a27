import type { HttpWorld } from './world.js'

/** A body that would be done, by registered path. */
export async function validBodies(
  world: HttpWorld,
): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>> {
  const expectedEpoch = await world.epoch()
  const role = { reason: 'a drill', expectedEpoch, dryRun: true, force: false, confirm: 'second/continuity' }
  return {
    '/api/mirrors/sync': { layers: ['code'] },
    '/api/mirrors/:id/sync': { layers: ['code', 'secrets'] },
    '/api/mirrors/test': { id: 'backup' },
    '/api/mirrors/:id/resume': { reason: 'the reset is over', expectedEpoch },
    '/api/mirrors/sentinel/hold': { forMinutes: 30, reason: 'maintenance', expectedEpoch },
    '/api/mirrors/:id/rescue/drop': { ref: 'refs/heads/rescue/main/20260301T000000Z', confirm: 'backup' },
    '/api/mirrors/:id/promote': role,
    '/api/mirrors/:id/demote': role,
    '/api/mirrors/:id/remove': { withdraw: ['secrets'], confirm: 'second/continuity' },
    '/api/mirrors/:id/recovery': {},
    '/api/mirrors/:id/rescue/keep': {
      ...{ reason: 'looked at', expectedEpoch, dryRun: true },
      tips: [{ ref: 'refs/heads/main', tip: 'a'.repeat(40) }],
    },
    '/api/mirrors/:id/approve': { reason: 'read', expectedEpoch, tip: 'a'.repeat(40), confirm: 'second/continuity' },
  }
}

/** By registered path: values of a field that no caller may send. */
export const WRONG: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  '/api/mirrors/sync': [{ layers: ['issues'] }, { layers: [] }, { layers: ['code', 'code'] }, { layers: 'code' }],
  '/api/mirrors/:id/sync': [{ layers: ['Code'] }, { layers: [] }, { layers: null }],
  '/api/mirrors/test': [{ id: '../backup' }, { id: '' }, { id: ['backup'] }],
  '/api/mirrors/:id/resume': [{ reason: ' ' }, { expectedEpoch: '1' }, { expectedEpoch: 0 }],
  '/api/mirrors/sentinel/hold': [{ forMinutes: -1 }, { forMinutes: 1e9 }, { reason: '' }, { expectedEpoch: 1.5 }],
  '/api/mirrors/:id/rescue/drop': [{ ref: 'refs/heads/main' }, { ref: '--all' }, { confirm: 'archive' }],
  '/api/mirrors/:id/promote': [
    { dryRun: 'yes' },
    { dryRun: null },
    { force: 1 },
    { drained: 'yes' },
    { onRecovery: 'merge' },
    { reason: 'x'.repeat(501) },
  ],
  '/api/mirrors/:id/demote': [
    { dryRun: 'no' },
    { onRecovery: 'manual' },
    { force: 'true' },
    { expectedEpoch: -1 },
    { confirm: 7 },
  ],
  '/api/mirrors/:id/remove': [
    { withdraw: ['code'] },
    { withdraw: 'all' },
    { dryRun: 1 },
    { reason: ' ' },
    { confirm: 'backup' },
  ],
  '/api/mirrors/:id/recovery': [{ how: 'merge' }, { dryRun: true }],
  '/api/mirrors/:id/rescue/keep': [
    { tips: [] },
    { tips: [{ ref: 'refs/heads/../main', tip: 'main' }] },
    { tips: [{ ref: '--all', tip: 'a'.repeat(40) }] },
    { tips: Array.from({ length: 21 }, (_, at) => ({ ref: `refs/heads/b${at}`, tip: 'a'.repeat(40) })) },
    { dryRun: 'yes' },
    { reason: '' },
    { confirm: 7 },
  ],
  '/api/mirrors/:id/approve': [{ tip: 'main' }, { tip: 'a'.repeat(39) }, { reason: ' ' }, { expectedEpoch: 0 }],
}
