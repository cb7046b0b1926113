// The first thing of the map page: starts its two workers, and with them feed and ground, while everything else is still
// being loaded. Not a module, so that it waits for nothing. What the workers say before core.js listens is kept; and
// should core.js be there first, it waits for the event.
{
  const here = document.currentScript;
  const start = (name) => {
    const worker = new Worker(new URL(`./${name}.worker.js`, here.src), {type: "module"});
    const said = [];
    const keep = ({data}) => said.push(data);
    worker.addEventListener("message", keep);
    const listen = (hear) => {
      worker.removeEventListener("message", keep);
      worker.addEventListener("message", ({data}) => hear(data));
      said.forEach(hear);
    };
    return {worker, listen};
  };
  window.fleetWorkers = {sites: start("cluster"), ground: start("basemap")};
  window.fleetWorkers.sites.worker.postMessage({type: "load", url: here.dataset.feed});
  window.fleetWorkers.ground.worker.postMessage({type: "prepare", base: new URL(here.dataset.basemap, location.href).href});
  document.dispatchEvent(new Event("dc:fleet-workers"));
}
