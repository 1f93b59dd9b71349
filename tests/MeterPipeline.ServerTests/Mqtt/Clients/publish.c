/* Paho C. publish URI VERSION COUNT FIRST_MS: COUNT readings at each QoS, each finished before the next QoS begins. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <MQTTClient.h>

static int fail(const char* step, int code)
{
    fprintf(stderr, "%s: %d\n", step, code);
    return 1;
}

int main(int argc, char** argv)
{
    if (argc != 5) return 2;
    int v5 = atoi(argv[2]) == 5, count = atoi(argv[3]);
    long long at = atoll(argv[4]);
    const char* topic = "metering/v1/grid/E1/reading";
    MQTTClient client;
    MQTTClient_createOptions create = MQTTClient_createOptions_initializer;
    create.MQTTVersion = v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
    int code = MQTTClient_createWithOptions(&client, argv[1], "paho-c", MQTTCLIENT_PERSISTENCE_NONE, NULL, &create);
    if (code != MQTTCLIENT_SUCCESS) return fail("create", code);
    if (v5)
    {
        MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer5;
        options.cleanstart = 1;
        MQTTResponse response = MQTTClient_connect5(client, &options, NULL, NULL);
        code = response.reasonCode;
        MQTTResponse_free(response);
    }
    else
    {
        MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer;
        options.cleansession = 1;
        code = MQTTClient_connect(client, &options);
    }
    if (code != MQTTCLIENT_SUCCESS) return fail("connect", code);
    for (int qos = 0; qos <= 2; qos++)
    {
        for (int i = 0; i < count; i++)
        {
            char payload[80];
            at += 1000;
            snprintf(payload, sizeof payload, "{\"ts\":%lld,\"value\":%lld}", at, at / 1000);
            MQTTClient_deliveryToken token;
            if (v5)
            {
                MQTTResponse response = MQTTClient_publish5(client, topic, (int)strlen(payload), payload, qos, 0, NULL, &token);
                code = response.reasonCode;
                MQTTResponse_free(response);
            }
            else code = MQTTClient_publish(client, topic, (int)strlen(payload), payload, qos, 0, &token);
            if (code != MQTTCLIENT_SUCCESS) return fail("publish", code);
            if (qos > 0 && (code = MQTTClient_waitForCompletion(client, token, 20000)) != MQTTCLIENT_SUCCESS) return fail("delivery", code);
        }
    }
    code = v5 ? MQTTClient_disconnect5(client, 5000, MQTTREASONCODE_SUCCESS, NULL) : MQTTClient_disconnect(client, 5000);
    MQTTClient_destroy(&client);
    return code == MQTTCLIENT_SUCCESS ? 0 : fail("disconnect", code);
}
