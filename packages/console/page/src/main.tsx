import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import './style/tokens.css'
import './style/base.css'
import './style/mesh.css'
import './style/soak.css'
import { App } from './app.js'

const root = document.getElementById('app')
if (root) render(<App />, root)
