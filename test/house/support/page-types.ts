import type {
  Attempt,
  CandidateReport,
  HostKey,
  JobView,
  MadeKey,
  MirrorsPage,
  PermissionCheck,
  RemoveSlotReport,
  RoleReport,
  TargetDetail,
  TargetView,
} from '@montana/mirror'
import type {
  Draft,
  HostKey as PageHostKey,
  TestReport,
} from '../../../packages/console/page/src/integrations/candidate.js'
import type * as page from '../../../packages/console/page/src/integrations/types.js'

// The console may not import the mirror, so its page writes down what it reads of it. Here both are held together, when this
// is compiled: `npx tsc -p tsconfig.test.json`, which `npm test` runs first.

/** Each of `Served` can be read as `Read`: a field or a word that only one of them has is an error. */
type Fits<Served extends Read, Read> = [Served, Read]

/** What the page reads, by what the server answers. */
export type Checked = [
  Fits<MirrorsPage, page.MirrorsPage>,
  Fits<TargetView, page.MirrorView>,
  Fits<TargetDetail, page.MirrorDetail>,
  Fits<JobView, page.JobView>,
  Fits<Attempt, page.AttemptView>,
  Fits<PermissionCheck, page.PermissionCheck>,
  Fits<RoleReport, page.RoleReport>,
  Fits<RemoveSlotReport, page.RemoveReport>,
  Fits<CandidateReport, TestReport>,
  Fits<MadeKey, NonNullable<Draft['key']>>,
  Fits<HostKey, PageHostKey>,
]

/** Words of the server that the page gives words of its own: the page knows no more and no fewer. */
type Same<A extends B, B extends C, C = A> = [A, B, C]
export type Words = [
  Same<page.Layer, keyof TargetView['layers'], page.Layer>,
  Same<page.ActionName, keyof TargetView['actions'], page.ActionName>,
  Same<page.Role, NonNullable<TargetView['role']>, page.Role>,
  Same<page.LayerStatus, TargetView['layers']['code']['status'], page.LayerStatus>,
  Same<page.Health, TargetView['health'], page.Health>,
  Same<page.JobState, JobView['state'], page.JobState>,
  Same<page.JobView['kind'], JobView['kind'], page.JobView['kind']>,
]

type Renamed<T, From extends keyof T> = Omit<T, From> & { readonly [K in From as `${string & K}2`]: T[K] }

/** That the checks can fail: each of these is what a change on one side alone would be. */
export type Faulty = [
  // @ts-expect-error a field of the view has another name
  Fits<Renamed<MirrorsPage, 'fence'>, page.MirrorsPage>,
  // @ts-expect-error a field of one mirror has another name
  Fits<Renamed<TargetDetail, 'rescueRefs'>, page.MirrorDetail>,
  // @ts-expect-error a field has another type
  Fits<Omit<JobView, 'atMs'> & { readonly atMs: string }, page.JobView>,
  // @ts-expect-error a field may be null that the page takes for given
  Fits<Omit<Attempt, 'startedAtMs'> & { readonly startedAtMs: number | null }, page.AttemptView>,
  // @ts-expect-error a state that the page has no words for
  Same<page.JobState, JobView['state'] | 'waiting', page.JobState>,
  // @ts-expect-error words of the page for a state that there is not
  Same<page.Health | 'well', TargetView['health'], page.Health | 'well'>,
]
