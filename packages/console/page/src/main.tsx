import { render } from 'preact'
import './style/tokens.css'
import './style/base.css'
import './style/mesh.css'
import './style/controls.css'
import { App } from './app.js'

const root = document.getElementById('app')
if (root) render(<App />, root)
