/* Paho C. signin URI VERSION TS USER PASSWORD CA CERT KEY ("" where none): one reading; otherwise says why it was not let in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <MQTTClient.h>

static const char* given(const char* word) { return *word ? word : NULL; }

int main(int argc, char** argv)
{
    if (argc != 9) return 2;
    int v5 = atoi(argv[2]) == 5, code;
    char payload[80];
    MQTTClient client;
    MQTTClient_deliveryToken token;
    MQTTClient_createOptions create = MQTTClient_createOptions_initializer;
    create.MQTTVersion = v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
    if (MQTTClient_createWithOptions(&client, argv[1], argv[3], MQTTCLIENT_PERSISTENCE_NONE, NULL, &create) != MQTTCLIENT_SUCCESS) return 3;
    MQTTClient_SSLOptions ssl = MQTTClient_SSLOptions_initializer;
    ssl.trustStore = given(argv[6]);
    ssl.keyStore = given(argv[7]);
    ssl.privateKey = given(argv[8]);
    ssl.verify = 1;
    MQTTClient_connectOptions old = MQTTClient_connectOptions_initializer, five = MQTTClient_connectOptions_initializer5;
    MQTTClient_connectOptions* options = v5 ? &five : &old;
    /* Otherwise it tries 3.1 after a refusal and tells what came of that. */
    if (!v5) options->MQTTVersion = MQTTVERSION_3_1_1;
    options->username = given(argv[4]);
    options->password = given(argv[4]) ? argv[5] : NULL;
    if (given(argv[6])) options->ssl = &ssl;
    if (v5) code = MQTTClient_connect5(client, options, NULL, NULL).reasonCode;
    else code = MQTTClient_connect(client, options);
    if (code != MQTTCLIENT_SUCCESS)
    {
        fprintf(stderr, "refused %d\n", code);
        return 1;
    }
    snprintf(payload, sizeof payload, "{\"ts\":%s,\"value\":1}", argv[3]);
    const char* topic = "metering/v1/grid/E1/reading";
    if (v5) code = MQTTClient_publish5(client, topic, (int)strlen(payload), payload, 1, 0, NULL, &token).reasonCode;
    else code = MQTTClient_publish(client, topic, (int)strlen(payload), payload, 1, 0, &token);
    return code == MQTTCLIENT_SUCCESS && MQTTClient_waitForCompletion(client, token, 20000) == MQTTCLIENT_SUCCESS ? 0 : 4;
}
