"""Addresses of operations: pages and parts (`urlpatterns`), and its share of the REST interface (`api`)."""

from django.urls import URLPattern, URLResolver, path

from operations.api import acts, brakes, deploys, operations, targets, templates, verbs
from operations.views import (
    asking,
    braking,
    cloudacts,
    deploying,
    opactions,
    oplist,
    oppage,
    payloads,
    recorder,
    sitetemplates,
    targetacts,
    targetfiles,
)

app_name = "operations"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", oplist.page, name="list"),
    path("export.csv", oplist.export, name="export"),
    path("deploy/", deploying.page, name="deploy"),
    path("deploy/row/<int:number>", deploying.row, name="deploy-row"),
    path("deploy/verdicts.csv", deploying.verdicts, name="deploy-verdicts"),
    path("templates/", sitetemplates.page, name="templates"),
    path("templates/new", sitetemplates.new, name="template-new"),
    path("templates/<int:pk>/", sitetemplates.change, name="template"),
    path("templates/<int:pk>/delete", sitetemplates.delete, name="template-delete"),
    path("ask/<slug:kind>", asking.ask, name="ask"),
    path("of/<int:pk>/actions", cloudacts.actions, name="actions"),
    path("of/<int:pk>/panel", cloudacts.panel, name="panel"),
    path("brake/", braking.page, name="brake"),
    path("brake/state", braking.state, name="brake-state"),
    path("brake/pull", braking.pull, name="brake-pull"),
    path("brake/release", braking.release, name="brake-release"),
    path("<int:pk>/", oppage.page, name="operation"),
    path("<int:pk>/head", oppage.head, name="head"),
    path("<int:pk>/targets.csv", targetfiles.as_csv, name="targets-csv"),
    path("<int:pk>/targets.json", targetfiles.as_json, name="targets-json"),
    path("<int:pk>/targets/<int:target>/", recorder.page, name="target"),
    path("<int:pk>/targets/<int:target>/payload", payloads.page, name="payload"),
    path("<int:pk>/targets/<int:target>/look", recorder.look, name="look"),
    path("<int:pk>/targets/<int:target>/<slug:verb>", targetacts.act, name="target-act"),
    path("<int:pk>/<slug:action>", opactions.act, name="act"),
]

api: list[URLPattern | URLResolver] = [
    path("operations/", operations.Operations.as_view(), name="operations"),
    path("operations/deploys/", deploys.Deploys.as_view(), name="deploys"),
    path("operations/deploys/check/", deploys.CheckDeploys.as_view(), name="deploys-check"),
    path("operations/deploys/template.csv", deploys.SheetTemplate.as_view(), name="deploys-sheet"),
    path("operations/<int:pk>/", operations.OneOperation.as_view(), name="operation"),
    path("operations/<int:pk>/start/", acts.Start.as_view(), name="operation-start"),
    path("operations/<int:pk>/hold/", acts.Hold.as_view(), name="operation-hold"),
    path("operations/<int:pk>/release/", acts.Release.as_view(), name="operation-release"),
    path("operations/<int:pk>/cancel/", acts.Cancel.as_view(), name="operation-cancel"),
    path("operations/<int:pk>/retry/", acts.Retry.as_view(), name="operation-retry"),
    path("operations/<int:pk>/targets/", targets.Targets.as_view(), name="targets"),
    path("operations/<int:pk>/targets/<int:target>/", targets.OneTarget.as_view(), name="target"),
    path("operations/<int:pk>/targets/<int:target>/abort/", targets.AbortTarget.as_view(), name="target-abort"),
    path("operations/<int:pk>/targets/<int:target>/give-up/", targets.GiveUpTarget.as_view(), name="target-give-up"),
    path("operations/<int:pk>/targets/<int:target>/retry/", targets.RetryTarget.as_view(), name="target-retry"),
    path("subclouds/<int:pk>/verbs/", verbs.Verbs.as_view(), name="subcloud-verbs"),
    path("site-templates/", templates.Templates.as_view(), name="site-templates"),
    path("site-templates/<int:pk>/", templates.Template.as_view(), name="site-template"),
    path("brakes/", brakes.Brakes.as_view(), name="brakes"),
    path("brakes/pull/", brakes.Pull.as_view(), name="brake-pull"),
    path("brakes/release/", brakes.Release.as_view(), name="brake-release"),
]
