import './compareView.ts';

document.body.append(document.createElement('compare-view'));
