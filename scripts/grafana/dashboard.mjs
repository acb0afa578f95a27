// What the four dashboards have in common: a page of a title and rows of panels, as Grafana stores it. A panel is a
// title, a unit of Grafana's list, and queries with the text of their legend.

const WIDTH = 24
const HEIGHT = 7
const PER_ROW = 3
const DATASOURCE = { type: 'prometheus', uid: '$datasource' }

/** `rows`: [title, panels][]; `panel` and `stat` below make one. */
export function dashboard({ uid, title, description, variables = [], rows }) {
  let id = 0
  let y = 0
  const panels = rows.flatMap(([name, members]) => {
    const head = {
      id: ++id,
      type: 'row',
      title: name,
      collapsed: false,
      gridPos: { h: 1, w: WIDTH, x: 0, y },
      panels: [],
    }
    y += 1
    const placed = members.map((panel, index) => ({ id: ++id, ...panel, gridPos: placeOf(index, y) }))
    y += Math.ceil(members.length / PER_ROW) * HEIGHT
    return [head, ...placed]
  })
  return {
    uid,
    title,
    description,
    tags: ['montana'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'utc',
    templating: { list: [datasourceVariable(), ...variables] },
    annotations: { list: [] },
    panels,
  }
}

function placeOf(index, y) {
  const w = WIDTH / PER_ROW
  return { h: HEIGHT, w, x: (index % PER_ROW) * w, y: y + Math.floor(index / PER_ROW) * HEIGHT }
}

function datasourceVariable() {
  return { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: {}, hide: 0 }
}

/** Values of a label of a metric; several may be chosen, and all are. */
export function labelVariable(name, label, metric) {
  const query = `label_values(${metric}, ${label})`
  const shown = {
    name,
    label: name,
    type: 'query',
    datasource: DATASOURCE,
    definition: query,
    query,
    refresh: 2,
    sort: 1,
  }
  return { ...shown, multi: true, includeAll: true, allValue: '.*', current: { text: 'All', value: '$__all' } }
}

/** Lines over time. */
export function panel(title, unit, ...queries) {
  const options = { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } }
  return { type: 'timeseries', title, datasource: DATASOURCE, ...fields(unit), options, targets: targetsOf(queries) }
}

/** The latest value of each. */
export function stat(title, unit, ...queries) {
  const options = { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, textMode: 'auto' }
  return { type: 'stat', title, datasource: DATASOURCE, ...fields(unit), options, targets: targetsOf(queries) }
}

function fields(unit) {
  return { fieldConfig: { defaults: { unit }, overrides: [] } }
}

function targetsOf(queries) {
  return queries.map(([expr, legendFormat = '{{instance}}'], index) => {
    return { refId: String.fromCharCode('A'.charCodeAt(0) + index), expr, legendFormat, datasource: DATASOURCE }
  })
}

/** Quantile of a histogram, by the labels that are kept. */
export function quantile(q, metric, selector, ...by) {
  const labels = ['le', ...by].join(', ')
  return `histogram_quantile(${q}, sum by (${labels}) (rate(${metric}_bucket${selector}[$__rate_interval])))`
}
