import './insightView.ts';

document.body.append(document.createElement('insight-view'));
