from django.urls import path

from leads.models import Activity, Deal, Lead, Task
from leads.views import activities, board, campaigns, deals, leads, pipelines, score_rules, sources, tasks, today, trash


def trashable(prefix, model):
    """The three addresses that put records of a model into the trash and bring them back."""
    name = model._meta.model_name
    return [
        path(f"{prefix}/<int:pk>/trash/", trash.trash, {"model": model}, name=f"{name}_trash"),
        path(f"{prefix}/<int:pk>/restore/", trash.restore, {"model": model}, name=f"{name}_restore"),
        path(f"{prefix}/restore/", trash.restore_many, {"model": model}, name=f"{name}_restore_many"),
    ]


urlpatterns = [
    path("", today.today, name="today"),
    path("today/tomorrow/", today.all_to_tomorrow, name="today_tomorrow"),
    path("today/read/", today.notifications_read, name="today_read"),
    path("leads/", leads.LeadListView.as_view(), name="lead_list"),
    path("leads/new/", leads.lead_create, name="lead_create"),
    path("leads/<int:pk>/", leads.LeadDetailView.as_view(), name="lead_detail"),
    path("leads/<int:pk>/edit/", leads.lead_edit, name="lead_edit"),
    path("leads/<int:pk>/move/", leads.lead_move, name="lead_move"),
    path("leads/<int:pk>/assign/", leads.lead_assign, name="lead_assign"),
    path("leads/<int:pk>/score/", leads.lead_score, name="lead_score"),
    path("leads/<int:pk>/disqualify/", leads.lead_disqualify, name="lead_disqualify"),
    path("leads/<int:pk>/reopen/", leads.lead_reopen, name="lead_reopen"),
    path("leads/<int:pk>/convert/", leads.lead_convert, name="lead_convert"),
    *trashable("leads", Lead),
    path("deals/", board.deal_board, name="deal_board"),
    path("deals/list/", deals.DealListView.as_view(), name="deal_list"),
    path("deals/new/", deals.deal_create, name="deal_create"),
    path("deals/<int:pk>/", deals.DealDetailView.as_view(), name="deal_detail"),
    path("deals/<int:pk>/edit/", deals.deal_edit, name="deal_edit"),
    path("deals/<int:pk>/move/", deals.deal_move, name="deal_move"),
    path("deals/<int:pk>/assign/", deals.deal_assign, name="deal_assign"),
    path("deals/<int:pk>/win/", deals.deal_win, name="deal_win"),
    path("deals/<int:pk>/lose/", deals.deal_lose, name="deal_lose"),
    path("deals/<int:pk>/reopen/", deals.deal_reopen, name="deal_reopen"),
    *trashable("deals", Deal),
    path("activities/", activities.ActivityListView.as_view(), name="activity_list"),
    path("activities/new/", activities.activity_create, name="activity_create"),
    path("activities/compose/", activities.composer, name="activity_composer"),
    path("activities/<int:pk>/edit/", activities.activity_edit, name="activity_edit"),
    *trashable("activities", Activity),
    path("tasks/", tasks.TaskListView.as_view(), name="task_list"),
    path("tasks/new/", tasks.task_create, name="task_create"),
    path("tasks/<int:pk>/", tasks.task_detail, name="task_detail"),
    path("tasks/<int:pk>/edit/", tasks.task_edit, name="task_edit"),
    path("tasks/<int:pk>/complete/", tasks.task_complete, name="task_complete"),
    path("tasks/<int:pk>/next/", tasks.task_next, name="task_next"),
    path("tasks/<int:pk>/reopen/", tasks.task_reopen, name="task_reopen"),
    path("tasks/<int:pk>/reschedule/", tasks.task_reschedule, name="task_reschedule"),
    *trashable("tasks", Task),
    path("sources/", sources.SourceListView.as_view(), name="source_list"),
    path("sources/new/", sources.source_create, name="source_create"),
    path("sources/<int:pk>/", sources.source_detail, name="source_detail"),
    path("sources/<int:pk>/edit/", sources.source_edit, name="source_edit"),
    path("campaigns/", campaigns.CampaignListView.as_view(), name="campaign_list"),
    path("campaigns/new/", campaigns.campaign_create, name="campaign_create"),
    path("campaigns/<int:pk>/", campaigns.campaign_detail, name="campaign_detail"),
    path("campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="campaign_edit"),
    path("pipelines/", pipelines.pipeline_list, name="pipeline_list"),
    path("pipelines/new/", pipelines.pipeline_create, name="pipeline_create"),
    path("pipelines/<int:pk>/", pipelines.pipeline_detail, name="pipeline_detail"),
    path("pipelines/<int:pk>/edit/", pipelines.pipeline_edit, name="pipeline_edit"),
    path("pipelines/<int:pk>/stages/new/", pipelines.stage_create, name="stage_create"),
    path("stages/<int:pk>/edit/", pipelines.stage_edit, name="stage_edit"),
    path("stages/<int:pk>/move/", pipelines.stage_move, name="stage_move"),
    path("score-rules/", score_rules.score_rule_list, name="score_rule_list"),
    path("score-rules/new/", score_rules.score_rule_create, name="score_rule_create"),
    path("score-rules/<int:pk>/edit/", score_rules.score_rule_edit, name="score_rule_edit"),
    path("score-rules/<int:pk>/remove/", score_rules.score_rule_remove, name="score_rule_remove"),
]
