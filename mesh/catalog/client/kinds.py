"""The kinds of entities that a publication makes or reads, and their paths in the API."""

from __future__ import annotations

from dataclasses import dataclass

from metadata.generated.schema.api.classification.createClassification import CreateClassificationRequest
from metadata.generated.schema.api.classification.createTag import CreateTagRequest
from metadata.generated.schema.api.data.createAPICollection import CreateAPICollectionRequest
from metadata.generated.schema.api.data.createAPIEndpoint import CreateAPIEndpointRequest
from metadata.generated.schema.api.data.createDashboard import CreateDashboardRequest
from metadata.generated.schema.api.data.createGlossary import CreateGlossaryRequest
from metadata.generated.schema.api.data.createGlossaryTerm import CreateGlossaryTermRequest
from metadata.generated.schema.api.data.createPipeline import CreatePipelineRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.data.createTopic import CreateTopicRequest
from metadata.generated.schema.api.domains.createDataProduct import CreateDataProductRequest
from metadata.generated.schema.api.domains.createDomain import CreateDomainRequest
from metadata.generated.schema.api.services.createApiService import CreateApiServiceRequest
from metadata.generated.schema.api.services.createDashboardService import CreateDashboardServiceRequest
from metadata.generated.schema.api.services.createPipelineService import CreatePipelineServiceRequest
from metadata.generated.schema.api.teams.createTeam import CreateTeamRequest
from metadata.generated.schema.api.tests.createTestCase import CreateTestCaseRequest
from metadata.generated.schema.api.tests.createTestDefinition import CreateTestDefinitionRequest
from metadata.ingestion.ometa.routes import ROUTES
from pydantic import BaseModel


@dataclass(frozen=True)
class Kind:
    """How to make an entity, and which of its fields are given only when asked for."""

    request: type[BaseModel]
    fields: tuple[str, ...] = ()

    @property
    def route(self) -> str:
        """Path of the collection."""
        return str(ROUTES[self.request.__name__])


KINDS = {
    "team": Kind(CreateTeamRequest),
    "domain": Kind(CreateDomainRequest, ("owners",)),
    "dataProduct": Kind(CreateDataProductRequest, ("owners", "domains")),
    "classification": Kind(CreateClassificationRequest),
    "tag": Kind(CreateTagRequest),
    "glossary": Kind(CreateGlossaryRequest),
    "glossaryTerm": Kind(CreateGlossaryTermRequest),
    "pipelineService": Kind(CreatePipelineServiceRequest),
    "pipeline": Kind(CreatePipelineRequest, ("owners",)),
    "dashboardService": Kind(CreateDashboardServiceRequest),
    "dashboard": Kind(CreateDashboardRequest),
    "apiService": Kind(CreateApiServiceRequest),
    "apiCollection": Kind(CreateAPICollectionRequest),
    "apiEndpoint": Kind(CreateAPIEndpointRequest),
    "topic": Kind(CreateTopicRequest, ("owners",)),
    "table": Kind(CreateTableRequest, ("columns", "owners", "domains", "tags", "dataModel", "dataProducts")),
    "testDefinition": Kind(CreateTestDefinitionRequest),
    "testCase": Kind(CreateTestCaseRequest, ("tags", "testCaseResult")),
}
