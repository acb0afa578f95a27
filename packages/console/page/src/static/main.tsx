import { render } from 'preact'
import '../style/tokens.css'
import '../style/base.css'
import '../style/explorer.css'
import { StaticPage } from './static-page.js'

const root = document.getElementById('app')
if (root) render(<StaticPage />, root)
