import csv,time
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories import make_connections
from mapping.models import *
from mapping.normalize import normal_name
from mapping.automap import automap
from mapping.kinds import *
from mapping.snapshot import *
@pytest.mark.django_db
def test_perf(scope, owner, client_of):
    l,r=make_connections()
    d="/work/shared/data/matching/contacts/large/"
    L=list(csv.DictReader(open(d+"left.csv"))); R=list(csv.DictReader(open(d+"right.csv")))
    RemoteItem.objects.bulk_create([RemoteItem(connection=l,resource="procore.vendors",remote_id=x["id"],name=x["name"],normal_name=normal_name(x["name"]),email=x["email"],phone=x["phone"]) for x in L],batch_size=2000)
    RemoteItem.objects.bulk_create([RemoteItem(connection=r,resource="qbo.vendors",remote_id=x["id"],name=x["display_name"],normal_name=normal_name(x["display_name"]),email=x["email"],phone=x["phone"],is_active=x["active"]!="false") for x in R],batch_size=2000)
    c=client_of(owner)
    run=automap(SECTIONS["contacts"],owner)
    for q in ("tab=mapped","tab=procore",):
        with CaptureQueriesContext(connection) as ctx:
            t=time.time(); x=c.get("/mapping/contacts/?"+q); print(q,"%.2f"%(time.time()-t))
        for z in ctx.captured_queries:
            if float(z["time"])>0.3:
                print(z["time"], z["sql"][:1500])
                with connection.cursor() as cur:
                    cur.execute("EXPLAIN ANALYZE "+z["sql"]); print("\n".join(a[0][:220] for a in cur.fetchall()))
